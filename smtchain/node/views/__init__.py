"""Objects of the chain as answers: each function takes rows and a `Render` and returns JSON."""
