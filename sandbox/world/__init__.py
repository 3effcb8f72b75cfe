"""What exists and what happens: servers, channels, messages, interactions. Knows no HTTP and no sockets."""
