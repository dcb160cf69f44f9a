"""The emulated Power BI and login, asked over real HTTP."""
