"""The subcommands of `hemicycle`, one file each."""
