/** Sources that are tables of Apache Iceberg, format versions 1 to 3. Nothing else sees Iceberg's library. */
package dev.littoral.activities.source.iceberg;
