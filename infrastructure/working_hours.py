"""How long each function may take, and what follows from that for queues."""

from __future__ import annotations

from aws_cdk import Duration

API = Duration.seconds(29)  # the HTTP API gives up after 30
WORKER = Duration.minutes(4)
MIGRATE = Duration.minutes(14)
SWEEP = Duration.minutes(2)
DOCTOR = Duration.minutes(15)  # the most that Lambda gives
SWEEP_EVERY = Duration.minutes(5)

MESSAGES_AT_A_TIME = 2
# A zip of an export may take a good half of the function's time.
EXPORTS_AT_A_TIME = 1
# At least six times the function's time (AWS, "Using Lambda with Amazon SQS"); a message that
# failed is brought back sooner by the function itself.
HIDDEN = Duration.minutes(24)
# app/messages.py counts the same.
MAX_ATTEMPTS = 5
