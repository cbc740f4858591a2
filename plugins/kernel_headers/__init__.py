"""Headers that every answer has unless its handler says otherwise: what a browser may make of it."""
