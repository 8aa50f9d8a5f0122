"""The opinion map: groups of opinion, found from who agrees and disagrees with which statement."""
