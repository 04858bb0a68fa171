/** The commands that read a catalog, without any Temporal service. */
package dev.littoral.starter.catalog;
