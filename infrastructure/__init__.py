"""Pinhole in an AWS account: one stack of plain constructs."""
