/** Paths of data files: their order, ranges, and diffs of sorted lists. */
package dev.littoral.activities.path;
