//! Fused tensor operations for Jensen as Burn backend extensions
