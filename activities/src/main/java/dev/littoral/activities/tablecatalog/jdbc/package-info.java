/** Catalogs that are tables of a database, as Iceberg's JdbcCatalog and other clients keep them. */
package dev.littoral.activities.tablecatalog.jdbc;
