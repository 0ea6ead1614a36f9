"""Recordings of both stacks → findings, each with its kind. Pure: no file, no clock, no product."""
