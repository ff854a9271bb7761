"""Zip archives assembled inside S3, without moving the data.

Entries are stored, so their places follow from names and sizes alone (`packing`, `zip_format`), and their bodies can be
copied by S3 itself. `parts` turns a packing into units: a stitch part (headers, small files, heads) and the copy parts
of the large file whose header it ends with. Units need nothing of each other, so batches of them run anywhere, in any
order, any number of times (`writer`). S3's answers carry the CRC-32 of what it copied; `crc32` combines them.
`finalize` writes the last part (what is left, manifests, central directory) and lets S3 prove the CRC-32 of the whole
archive. `plan_file` is how a plan travels. Pure: crc32, entries, zip_format, packing, parts, plan_file. S3: writer,
finalize.
"""
