"""REST v10: one file of routes per noun. Each handler turns a request into one act on the world and its answer."""
