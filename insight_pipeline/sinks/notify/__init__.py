"""Sending notices: mail, webhooks, and the outbox that keeps what is to be sent until it has arrived."""
