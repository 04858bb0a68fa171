/** Catalogs of tables: each knows which metadata a table has now. */
package dev.littoral.activities.tablecatalog;
