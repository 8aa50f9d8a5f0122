"""What goes to which screen and when."""
