// One stack per environment.
