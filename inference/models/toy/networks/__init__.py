"""The three networks of Wan2.2-TI2V-5B at toy size, in plain torch, with the state-dict keys of diffusers."""
