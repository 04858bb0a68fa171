/** Parquet files: footers, their schemas and row groups, and the values of chosen columns. Its input is untrusted. */
package dev.littoral.activities.parquet;
