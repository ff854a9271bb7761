"""The local stack: the deployed template on an emulator of AWS, with a real S3 server, behind one port."""
