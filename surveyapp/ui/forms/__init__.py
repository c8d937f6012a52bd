"""What a person fills in and looks at beside the map. Every widget here is self-contained: it takes plain
data and callables, gives signals, and holds no storage; the window wires them."""
