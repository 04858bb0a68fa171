/** Sources that are tables: what every format of tables has in common. Each format has a package of its own. */
package dev.littoral.activities.source.table;
