/**
 * Parquet footers: decoding, schemas, required columns, and the split of data files into fragments. Its input is
 * untrusted.
 */
package dev.littoral.activities.parquet;
