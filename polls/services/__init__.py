"""The use cases: check permission, decide by the domain, save, tell live."""
