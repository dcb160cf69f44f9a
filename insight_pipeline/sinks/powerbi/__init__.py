"""Delivery to Power BI push datasets: what to send, when it may be sent, and proof that it arrived once."""
