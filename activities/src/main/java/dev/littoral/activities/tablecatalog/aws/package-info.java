/** Signatures of requests to catalogs at AWS. */
package dev.littoral.activities.tablecatalog.aws;
