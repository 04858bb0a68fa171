/** Delta Lake tables: their log is replayed here, without a library. Its input is untrusted. */
package dev.littoral.activities.source.delta;
