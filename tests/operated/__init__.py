"""The daemon as an operator meets it: the installed command in a folder, its log, its status."""
