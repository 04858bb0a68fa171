/** The registry of kinds of table catalogs: the one place that knows them all. */
package dev.littoral.activities.tablecatalog.registry;
