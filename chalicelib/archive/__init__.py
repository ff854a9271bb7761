"""Zip archives assembled inside S3, without moving the data.

Entries are stored, so their offsets follow from names and sizes alone (`packing`, `zip_format`), and their bodies can
be copied by S3 itself. `parts` turns a packing into units: a stitched part (headers, small files, heads) and the copied
parts of the large file whose header it ends with. Units are independent, so batches of them run anywhere, in any order,
any number of times (`writer`). S3's responses have the CRC-32 of what it copied; `crc32` combines them. `finalize`
writes the last part (the remaining files, manifests, central directory) and has S3 verify the CRC-32 of the whole
archive. `plan_file` stores plans and results.

Pure: entries, zip_format, limits, size_pool, packing, parts, batches, planner, plan_file. S3: stitching, writer,
finalize, streaming_upload and what they import.
"""
