"""Cases: a weapon found, seized or surrendered, from intake to the point of diversion."""
