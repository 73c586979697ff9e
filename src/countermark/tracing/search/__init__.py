"""From readings of marks to candidate weapons with probabilities: begin with `answers.search`."""
