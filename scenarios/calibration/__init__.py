"""What the load generator does when it is held against the reference server of known service times. No hospital."""
