"""The plugin matter-food-business."""
