package dev.littoral.activities.source;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StorageLocation;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.tablecatalog.TableCatalog;
import dev.littoral.activities.tablecatalog.TableCatalogs;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.spec.CatalogTable;
import java.util.Optional;

/** Opens the sources that the worker allows. Safe for use by many threads. */
public final class Sources {
    private final Storages storages;
    private final SourceFormats formats;
    private final AllowList allowed;
    private final Optional<String> catalog;
    private final TableCatalogs tables;
    private final StoreObserver observer;

    /** An opener of all sources that a list allows, without a check against a catalog. */
    public Sources(Storages storages, SourceFormats formats, AllowList allowed) {
        this(storages, formats, allowed, Optional.empty(), TableCatalogs.NONE, StoreObserver.NONE);
    }

    /**
     * An opener with the worker's rules.
     *
     * @param storages stay the caller's
     * @param allowed what may be read
     * @param catalog the catalog that sources must be apart from
     * @param tables the catalogs of tables; they stay the caller's
     * @param observer notified of each request to a source
     */
    public Sources(
            Storages storages,
            SourceFormats formats,
            AllowList allowed,
            Optional<String> catalog,
            TableCatalogs tables,
            StoreObserver observer) {
        this.storages = storages;
        this.formats = formats;
        this.allowed = allowed;
        this.catalog = catalog;
        this.tables = tables;
        this.observer = observer;
    }

    /** Why a source may not be read by this worker, in one sentence, or empty. */
    public Optional<String> refusal(ExternalSource source) {
        try {
            Optional<CatalogTable> table = table(source);
            return table.isPresent() ? refusal(table.get(), source) : refusal(source, storages.source(source.uri()));
        } catch (LittoralException notRight) {
            return Optional.of(notRight.getMessage());
        }
    }

    private static Optional<CatalogTable> table(ExternalSource source) {
        try {
            return CatalogTable.of(source.uri());
        } catch (InvalidRequestException e) {
            throw new LittoralException(FailureType.INPUT, e.getMessage(), e);
        }
    }

    /** Where the table lies, and whether the profile may be used there, is checked once its catalog says where. */
    private Optional<String> refusal(CatalogTable table, ExternalSource source) {
        return tables.refusal(table).or(() -> allowed.refusal(source.uri()));
    }

    /** The check is of the real address that is going to be read, so that no link can be changed in between. */
    private Optional<String> refusal(ExternalSource source, StorageLocation location) {
        return allowed.refusal(source.uri(), location.realAddress(), storages)
                .or(() -> profileRefusal(source))
                .or(() -> catalog.flatMap(of -> CatalogSourceOverlap.refusal(storages, of, source, location)));
    }

    /** The sentence is the same for an unknown and a forbidden profile: only an allowed profile may be probed. */
    private Optional<String> profileRefusal(ExternalSource source) {
        String profile = source.spec().profile();
        return profile == null
                        || (allowed.allowsProfile(source.uri(), profile) && storages.hasProfile(source.uri(), profile))
                ? Optional.empty()
                : Optional.of("Profile '" + profile + "' cannot be used for source " + source.uri()
                        + ": this worker has no such profile, or its allow-profile does not name it for that source;"
                        + " expected one that it has and names");
    }

    /**
     * Opens a source; nothing is read yet.
     *
     * @param allowEmpty whether a prefix without anything lists as empty instead of failing
     * @throws LittoralException INPUT when the source is not allowed or its URI is not right
     */
    public SourceReader open(ExternalSource source, boolean allowEmpty) {
        return open(source, allowEmpty, StoreObserver.NONE);
    }

    /**
     * Opens a source; nothing is read yet.
     *
     * @param allowEmpty as for {@link #open(ExternalSource, boolean)}
     * @param requests notified of each request to this source, in addition to the worker's observer
     */
    public SourceReader open(ExternalSource source, boolean allowEmpty, StoreObserver requests) {
        StoreObserver observed = observer.and(requests);
        StoreOpener elsewhere = elsewhere(source, observed);
        Optional<CatalogTable> table = table(source);
        if (table.isPresent()) {
            require(refusal(table.get(), source));
            TableCatalog of = tables.of(table.get());
            return formats.of(source.spec())
                    .open(source.uri(), () -> of.metadataLocation(table.get(), observed), elsewhere, source.spec());
        }
        StorageLocation location = storages.source(source.uri());
        require(refusal(source, location));
        return formats.of(source.spec())
                .open(
                        location.openSource(StorageAccess.of(source.spec()), observed),
                        elsewhere,
                        source.spec(),
                        allowEmpty);
    }

    private static void require(Optional<String> refusal) {
        refusal.ifPresent(why -> {
            throw LittoralException.input(why);
        });
    }

    private StoreOpener elsewhere(ExternalSource source, StoreObserver observed) {
        return new StoreOpener() {
            @Override
            public Storages storages() {
                return storages;
            }

            @Override
            public void check(String address) {
                requireElsewhere(refusal(of(address)));
            }

            /** Checked by the very location that is opened, as a link may be another than at a check before. */
            @Override
            public BlobStore open(String address) {
                StorageLocation location = storages.source(address);
                requireElsewhere(refusal(of(address), location));
                return location.openSource(StorageAccess.of(source.spec()), observed);
            }

            private ExternalSource of(String address) {
                return new ExternalSource(address, source.spec());
            }

            private void requireElsewhere(Optional<String> refusal) {
                refusal.ifPresent(why -> {
                    throw LittoralException.input("Source " + source.uri() + " names another place. " + why);
                });
            }
        };
    }
}
