"""A guestbook, and a plugin that lets every app greet."""
