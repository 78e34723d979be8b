"""Our pyinfra operations: validate, read one fact, plan in a pure function, then ``host.noop(why)`` or yield commands."""
