/** Row lineage: which rows of files that are gone a table has moved into other files, unchanged. */
package dev.littoral.activities.lineage;
