/** Sets of deleted rows, and their bytes. */
package dev.littoral.activities.deletes;
