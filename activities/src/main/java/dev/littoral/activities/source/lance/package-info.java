/** Lance datasets as sources: their manifests and deletion files, read without Lance's native library. */
package dev.littoral.activities.source.lance;
