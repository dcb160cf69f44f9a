"""How long days, weeks and their parts are on the clock. Days on which clocks change belong to `zone`."""

DAY_SECONDS, QUARTER_SECONDS = 86_400, 900
HOURS_A_DAY, QUARTERS_A_DAY, DAYS_A_WEEK = 24, 96, 7
