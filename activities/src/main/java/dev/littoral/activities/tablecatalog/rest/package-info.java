/** Catalogs that speak Iceberg's REST protocol, of which only what says where a table's metadata is. */
package dev.littoral.activities.tablecatalog.rest;
