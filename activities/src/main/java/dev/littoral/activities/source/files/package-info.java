/** Sources that are folders or prefixes of data files: listed in the order of paths, and read at the listed version. */
package dev.littoral.activities.source.files;
