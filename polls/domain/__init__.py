"""What a panel, poll, ballot, tally and comment are: values in, values out.

Nothing here reads a clock, draws a random number or touches a database, so that every rule
can be tried in a test without any of them.
"""
