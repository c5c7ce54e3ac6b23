"""TensorBoard, the real one, in processes of its own: started when somebody looks, ended when nobody does."""
