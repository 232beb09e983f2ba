//! Goodness of fit, gradient checks and golden values for Jensen's own tests
