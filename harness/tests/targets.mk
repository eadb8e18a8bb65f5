# SPDX-License-Identifier: GPL-2.0-or-later
# What people call: set-up, run, test, lint, bench, install.

C_FILES = $(shell git ls-files '*.c' 2>/dev/null)
SHELL_FILES = $(shell git ls-files '*.sh' .ci/run 2>/dev/null)
# Not asked: what is the kernel's style (assignment of one char), and checks that know no bounds
# (strcpy between arrays of one size, sscanf with widths).
TIDY_CHECKS := -*,bugprone-*,cert-err*,clang-analyzer-*,-bugprone-easily-swappable-parameters,-bugprone-assignment-in-if-condition,-bugprone-multi-level-implicit-pointer-conversion,-bugprone-reserved-identifier,-cert-err33-c,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,-clang-analyzer-security.insecureAPI.strcpy,-cert-err34-c,-bugprone-implicit-widening-of-multiplication-result,-bugprone-narrowing-conversions,-bugprone-not-null-terminated-result

.PHONY: help
help:
	@echo "make            build everything into $(BUILD)/"
	@echo "make setup      install the packages that it is built with, and those of the lab"
	@echo "make run        install what is needed, build, and soak a guest with Debian's kernel"
	@echo "make test       install what is needed, build, and run all tests (unit, CLI, guest)"
	@echo "make matrix     every scenario on every lab kernel, against what is declared"
	@echo "make kinds      every kind of page on kernels with the patch and without"
	@echo "make deb        Debian packages in $(BUILD)/deb"
	@echo "make rpm        RPM packages in $(BUILD)/rpm"
	@echo "make test-html  the HTML pages in a browser"
	@echo "make test-service   the service in a guest that boots Debian with systemd"
	@echo "make lint       warnings as errors, clang-tidy, cppcheck, shellcheck, mandoc"
	@echo "make check-layers   who may include whom"
	@echo "make bench      the figures of speed and memory, one JSON line each"
	@echo "make ab         boot kernels without and with the patch in turn, and compare them:"
	@echo "                TREE=5.10|6.1 BOOTS=8 OFFLINE_BOOTS=6 SEED=1"
	@echo "make lab-stock      fetch Debian's kernel: LAB_SUITES=bookworm"
	@echo "make lab-kernels    build all of the lab's kernels"
	@echo "make install    DESTDIR= PREFIX=$(PREFIX)"
	@echo "make fuzz       what is fed with any bytes, for FUZZ_SECONDS=60 each"
	@echo "make clean"

# --- set-up: prints what it installs, nothing when all is there -----------------------------
.PHONY: setup setup-test setup-lint
setup:
	$(Q)harness/lab/install-deps.sh build lab
setup-test:
	$(Q)harness/lab/install-deps.sh build lab test
setup-lint:
	$(Q)harness/lab/install-deps.sh build lint

# --- run ------------------------------------------------------------------------------------
# The second make reads the packages' headers, which set-up may just have installed; it uses all
# processors where nobody has said how many.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
.PHONY: run
run: setup
	$(Q)$(MAKE) --no-print-directory $(JOBS) all lab-stock
	$(Q)harness/tests/soak-in-guest.sh $(BUILD) $(or $(PROFILE),smoke)

# --- test -----------------------------------------------------------------------------------
.PHONY: test test-build
test: setup-test
	$(Q)$(MAKE) --no-print-directory $(JOBS) test-build lab-stock
	$(Q)$(if $(SUITES),,$(MAKE) --no-print-directory test-kernels)
	$(Q)harness/tests/run-tests.sh $(BUILD) $(SUITES)

# Before the suites, which have limits. A suite whose kernel cannot be made says so itself.
TEST_KERNELS := 5.10-with 5.10-without 5.10-reclaim-nowake 6.1-with 6.1-alloc-locked
.PHONY: test-kernels
test-kernels:
	$(Q)harness/lab/install-deps.sh lab kernels
	$(Q)for kernel in $(TEST_KERNELS); do harness/lab/build-kernel.sh $$kernel > /dev/null || true; done

TEST_PROGRAMS := $(addprefix $(BUILD)/test/,$(test_PROGRAMS))
test-build: all unit-tests $(TEST_PROGRAMS)
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/asan SANITIZE=address unit-tests fuzz-replay
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/tsan SANITIZE=thread $(BUILD)/tsan/test/drive $(BUILD)/tsan/test/record $(BUILD)/tsan/test/workers

# --- the service, in a guest with systemd: half an hour without KVM ---------------------------
.PHONY: test-service
test-service: setup-test
	$(Q)harness/lab/install-deps.sh service package
	$(Q)$(MAKE) --no-print-directory $(JOBS) all $(BUILD)/test/guest/talk lab-stock
	$(Q)harness/tests/run-tests.sh $(BUILD) service

# --- the pages, in a browser ------------------------------------------------------------------
.PHONY: test-html
test-html: setup-test
	$(Q)harness/lab/install-deps.sh html
	$(Q)$(MAKE) --no-print-directory all $(BUILD)/test/make_events
	$(Q)harness/tests/run-tests.sh $(BUILD) html-browser

# --- lint -----------------------------------------------------------------------------------
.PHONY: lint check-layers
lint: setup-lint check-layers
	$(Q)$(MAKE) --no-print-directory $(JOBS) all unit-tests
	$(Q)harness/tests/lint.sh "$(TIDY_CHECKS)"

check-layers:
	$(Q)harness/tests/check-layers.sh

# --- bench ----------------------------------------------------------------------------------
.PHONY: bench
bench: setup-test
	$(Q)$(MAKE) --no-print-directory $(JOBS) all $(TEST_PROGRAMS) lab-stock >&2
	$(Q)harness/tests/bench.sh $(BUILD)

# --- install --------------------------------------------------------------------------------
# Debian 12 still reads its units from /lib, which is /usr/lib there.
UNIT_DIR ?= $(PREFIX)/lib/systemd/system

LAB_INSTALLED := $(DESTDIR)$(PREFIX)/share/memsoak/lab
LAB_INSTALL_DIRS := $(addprefix $(LAB_INSTALLED)/,. guest trees variants)

.PHONY: install
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/libexec/memsoak \
		$(DESTDIR)$(PREFIX)/share/memsoak/profiles $(DESTDIR)$(PREFIX)/share/memsoak/schema \
		$(DESTDIR)$(PREFIX)/share/memsoak/dashboards $(LAB_INSTALL_DIRS) \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)/etc/memsoak \
		$(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(UNIT_DIR) \
		$(DESTDIR)$(PREFIX)/lib/systemd/catalog $(DESTDIR)$(PREFIX)/lib/sysusers.d \
		$(DESTDIR)$(PREFIX)/lib/tmpfiles.d $(DESTDIR)$(PREFIX)/share/doc/memsoak/examples
	install -m 755 $(BUILD)/memsoak $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(BUILD)/memsoak-lab $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(BUILD)/memsoakd $(DESTDIR)$(PREFIX)/sbin/
	install -m 755 $(BUILD)/memsoak-worker $(DESTDIR)$(PREFIX)/libexec/memsoak/
	install -m 644 workloads/profiles/*.ini $(DESTDIR)$(PREFIX)/share/memsoak/profiles/
	install -m 644 reports/schema/*.json $(DESTDIR)$(PREFIX)/share/memsoak/schema/
	install -m 755 harness/lab/*.sh $(LAB_INSTALLED)/
	install -m 644 harness/lab/lib.sh harness/lab/apt-private.sh harness/lab/kernel.config \
		harness/lab/matrix.conf $(LAB_INSTALLED)/
	install -m 755 harness/lab/guest/init $(LAB_INSTALLED)/guest/
	install -m 644 harness/lab/guest/modules.list $(LAB_INSTALLED)/guest/
	install -m 644 harness/lab/trees/*.conf $(LAB_INSTALLED)/trees/
	install -m 644 harness/lab/variants/*.conf harness/lab/variants/*.patch $(LAB_INSTALLED)/variants/
	install -m 644 reports/dashboards/memsoak.* $(DESTDIR)$(PREFIX)/share/memsoak/dashboards/
	install -m 644 harness/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 harness/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 harness/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	install -m 644 systemd/*.service systemd/*.timer systemd/*.slice $(DESTDIR)$(UNIT_DIR)/
	install -m 644 systemd/memsoak.catalog $(DESTDIR)$(PREFIX)/lib/systemd/catalog/
	install -m 644 systemd/memsoak.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/memsoak.conf
	install -m 644 systemd/memsoak.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/memsoak.conf
	install -m 644 systemd/50-stress-ng.conf $(DESTDIR)$(PREFIX)/share/doc/memsoak/examples/
	test -e $(DESTDIR)/etc/memsoak/memsoak.env || \
		install -m 644 systemd/memsoak.env $(DESTDIR)/etc/memsoak/
	$(BUILD)/memsoak completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/memsoak

# --- packages -------------------------------------------------------------------------------
# Debian's: memsoak and memsoak-lab, in build/deb, as lintian likes them.
.PHONY: deb
deb:
	$(Q)harness/lab/install-deps.sh build package
	$(Q)systemd/packaging/build-deb.sh $(BUILD)

# Fedora's and its kin's: the same two, in build/rpm/RPMS.
.PHONY: rpm
rpm:
	$(Q)harness/lab/install-deps.sh build rpm
	$(Q)systemd/packaging/build-rpm.sh $(BUILD)

.PHONY: clean
clean:
	rm -rf $(BUILD)
