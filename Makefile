# warroom: build, test, check.  `make help` lists the targets.
#
# New sources need no edit here: src/*/*.c and ui/*.c go into the program,
# tests/{unit,ui,cli,runs,crash,real}/*_test.c and *.sh are test programs,
# tests/fuzz/*_fuzz.c and tests/bench/* are found likewise.

BUILD ?= build
PREFIX ?= /usr/local
CC = gcc
TWIN ?= 1
SAN ?=
JOBS ?= $(if $(SAN),2,3)
FUZZ_SECONDS ?= 60
DIRS ?= $(wildcard src/*) ui
TESTS ?= %
ARGS ?=

# Packages of Debian: to build and drill, to test, to check, to meet real
# servers.  NO_INSTALL=1 only says what is missing.
PACKAGES = pkg-config libcjson-dev libyaml-dev libcurl4-openssl-dev \
	libncurses-dev libssl-dev libosip2-dev libldns-dev libpcre2-dev \
	$(if $(filter 0,$(TWIN)),,libmicrohttpd-dev) openssl openssh-client \
	sip-tester ncurses-base ca-certificates
TEST_PACKAGES = libcmocka-dev tmux bind9 bind9-dnsutils curl jq procps
CHECK_PACKAGES = clang clang-format libclang-rt-dev llvm mandoc valgrind \
	universal-ctags shellcheck
REAL_PACKAGES = etcd-server etcd-client prometheus nginx-light kamailio \
	kamailio-tls-modules json-schema-test-suite
BENCH_PACKAGES = nginx-light prometheus-blackbox-exporter htop sqlite3 \
	libsqlite3-dev python3-requests

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wvla
WERROR ?= -Werror
HARDEN = -fstack-protector-strong -fstack-clash-protection -fPIE \
	$(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
HARDEN_LINK = -pie -Wl,-z,relro,-z,now,-z,noexecstack
FORTIFY = -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3

# What each SAN= adds; FORTIFY would hide what the sanitizers look for.
SAN_address = -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined
SAN_thread = -O1 -fsanitize=thread
SAN_fuzz = -O1 -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
SAN_cov = -O0 --coverage
SAN_FLAGS = $(if $(SAN),$(SAN_$(SAN)) -fno-omit-frame-pointer,$(FORTIFY))

ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -g -Isrc -I. $(WARNINGS) $(WERROR) \
	$(HARDEN) $(SAN_FLAGS) $(if $(filter 0,$(TWIN)),-DWARROOM_NO_TWIN) \
	$(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LINK) $(SAN_FLAGS) -Wl,--as-needed $(LDFLAGS)

# Asked when a program is linked, not before: pkg-config may only just have
# been installed.
MODULES = libcjson yaml-0.1 libcurl ncursesw tinfo libpcre2-8 libosip2 ldns \
	libssl libcrypto $(if $(filter 0,$(TWIN)),,libmicrohttpd)
PLAIN_LIBS = -lcjson -lyaml -lcurl -lncursesw -ltinfo -lpcre2-8 \
	-losipparser2 -lldns -lssl -lcrypto \
	$(if $(filter 0,$(TWIN)),,-lmicrohttpd)
LDLIBS = $(or $(shell pkg-config --libs $(MODULES) 2>/dev/null),\
	$(PLAIN_LIBS)) -lpthread -lm

MAIN = src/cli/main.c
SOURCES = $(filter-out $(if $(filter 0,$(TWIN)),src/twin/%),\
	$(sort $(foreach d,$(DIRS),$(wildcard $(d)/*.c))))
OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(MAIN),$(SOURCES)))
LIBRARY = $(BUILD)/libwarroom.a
PROGRAM = $(if $(filter $(MAIN),$(SOURCES)),$(BUILD)/warroom)

PRELOAD_SOURCES = $(wildcard tests/lib/preload_*.c)
PRELOADS = $(PRELOAD_SOURCES:%.c=$(BUILD)/%.so)
HARNESS_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,\
	$(filter-out $(PRELOAD_SOURCES),$(wildcard tests/lib/*.c)))
HARNESS = $(BUILD)/libharness.a

# Names of tests as people see them: unit/base_buf_test, cli/exit_codes.
tests_in = $(filter-out $(if $(filter 0,$(TWIN)),unit/twin_%),\
	$(filter $(TESTS),$(sort $(patsubst tests/%,%,$(basename \
	$(wildcard $(1:%=tests/%/*_test.c)) $(wildcard $(1:%=tests/%/*.sh)))))))
test_path = $(if $(wildcard tests/$(1).sh),tests/$(1).sh,$(BUILD)/tests/$(1))
test_paths = $(foreach t,$(1),$(call test_path,$(t)))
named = $(foreach t,$(1),$(t)=$(call test_path,$(t)))

CHECKED = $(call tests_in,unit ui cli runs crash)
REAL = $(call tests_in,real)
LINTS = $(call tests_in,lint)
FUZZERS = $(filter $(TESTS),$(patsubst tests/%.c,%,\
	$(sort $(wildcard tests/fuzz/*_fuzz.c))))
BENCHES = $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort \
	$(wildcard tests/bench/*_bench.c))) $(sort $(wildcard tests/bench/*.sh))
RUN = SAN=$(SAN) BUILD=$(BUILD) JOBS=$(JOBS) WARROOM=$(PROGRAM) \
	bash tests/lib/run.sh

# Two jobs unless -j says otherwise; a make below another shares its jobs.
ifeq (0,$(MAKELEVEL))
ifeq (,$(filter -j% --jobs%,$(MAKEFLAGS)))
MAKEFLAGS += -j2
endif
endif
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

.PHONY: all drill test test-programs test-real check-all clang lint fmt asan \
	tsan fuzz-smoke fuzz-programs cov bench install help clean FORCE

all: $(PROGRAM) $(LIBRARY) ## build the program (default)

drill: $(PROGRAM) ## rehearse a cutover; ARGS="--headless --seed 7" are passed on
	@$(BUILD)/warroom drill $(ARGS)

test: test-programs ## run unit, ui, cli, runs and crash tests; TESTS='unit/base_%' picks some
	@$(RUN) $(call named,$(CHECKED))

test-real: $(BUILD)/.packages-real test-programs $(call test_paths,$(REAL)) ## tests against etcd, prometheus, nginx and others
	@$(RUN) $(call named,$(REAL))

test-programs: $(BUILD)/.packages-test $(PROGRAM) $(PRELOADS) \
		$(call test_paths,$(CHECKED))

check-all: $(BUILD)/.packages-check ## everything a change must pass: both compilers, lint, sanitizers, fuzzers
	$(MAKE) BUILD=$(BUILD) all test-programs
	$(MAKE) BUILD=$(BUILD) clang
	$(MAKE) BUILD=$(BUILD) lint
	$(MAKE) BUILD=$(BUILD) asan
	$(MAKE) BUILD=$(BUILD) tsan
	$(MAKE) BUILD=$(BUILD) fuzz-smoke

clang: $(BUILD)/.packages-check ## build everything with clang, the fuzzers too
	$(MAKE) CC=clang BUILD=$(BUILD)/clang all test-programs
	$(MAKE) CC=clang SAN=fuzz BUILD=$(BUILD)/fuzz fuzz-programs

lint: $(BUILD)/.packages-check ## layers, include cycles, headers, layout, sizes, banned calls
	@$(RUN) $(call named,$(LINTS))

asan: ## all tests under the address and undefined behaviour sanitizers
	$(MAKE) SAN=address BUILD=$(BUILD)/asan test

tsan: ## all tests under the thread sanitizer
	$(MAKE) SAN=thread BUILD=$(BUILD)/tsan test

fuzz-smoke: $(BUILD)/.packages-check ## run each fuzzer for FUZZ_SECONDS (60)
	$(MAKE) CC=clang SAN=fuzz BUILD=$(BUILD)/fuzz fuzz-programs
	@SAN=address BUILD=$(BUILD)/fuzz JOBS=$(JOBS) \
		FUZZ_SECONDS=$(FUZZ_SECONDS) bash tests/lib/run.sh \
		$(foreach f,$(FUZZERS),$(f)=$(BUILD)/fuzz/tests/$(f))

fuzz-programs: $(FUZZERS:%=$(BUILD)/tests/%)

cov: ## run the tests and say how many lines of each file they reach
	$(MAKE) SAN=cov BUILD=$(BUILD)/cov test
	@bash tests/lib/cov.sh $(BUILD)/cov

bench: $(BUILD)/.packages-bench $(PROGRAM) $(filter $(BUILD)/%,$(BENCHES)) ## measure; see tests/bench
	@for b in $(BENCHES); do echo "== $$b"; \
		WARROOM=$(PROGRAM) BUILD=$(BUILD) $$b || exit 1; done

fmt: $(BUILD)/.packages-check ## lay out all C files by .clang-format
	clang-format -i $(wildcard src/*/*.[ch] ui/*.[ch] tests/*/*.[ch])

install: $(PROGRAM) ## install to PREFIX (/usr/local), below DESTDIR
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(BUILD)/warroom $(DESTDIR)$(PREFIX)/bin/
	for n in 1 5; do for page in man/*.$$n; do \
		[ ! -f $$page ] || install -D -m 644 -t \
		$(DESTDIR)$(PREFIX)/share/man/man$$n $$page || exit 1; done; done
	for d in themes runbooks; do for f in $$d/*; do \
		[ ! -f $$f ] || install -D -m 644 -t \
		$(DESTDIR)$(PREFIX)/share/warroom/$$d $$f || exit 1; done; done

help: ## this list
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/  make \1|\2/p' Makefile | \
		awk -F'|' '{ printf "%-19s %s\n", $$1, $$2 }'
	@echo
	@echo "  BUILD=dir          where everything goes (build)"
	@echo "  DIRS='src/base ..' only these folders go into libwarroom.a"
	@echo "  TESTS='unit/a% ..' only these tests are built and run"
	@echo "  TWIN=0             leave the twin and libmicrohttpd out"
	@echo "  SAN=address|thread sanitizer build; give it a BUILD of its own"
	@echo "  JOBS=2             tests run at a time; TEST_LIMIT=120 seconds each"
	@echo "  NO_INSTALL=1       say which packages are missing, install none"

clean: ## remove BUILD
	rm -rf $(BUILD)

# ---- packages: asked once, again when the lists here change ----

# What this run will need goes into the first question, so that there is one
# answer to give.
ASKED = $(or $(MAKECMDGOALS),all)
WANTED = $(PACKAGES) \
	$(if $(filter-out all drill install fmt,$(ASKED)),$(TEST_PACKAGES)) \
	$(if $(filter check-all clang lint fuzz% fmt,$(ASKED)),$(CHECK_PACKAGES)) \
	$(if $(filter test-real,$(ASKED)),$(REAL_PACKAGES)) \
	$(if $(filter bench,$(ASKED)),$(BENCH_PACKAGES))

$(BUILD)/.packages: Makefile tests/lib/packages.sh
	@sh tests/lib/packages.sh $@ $(WANTED)

$(BUILD)/.packages-test: $(BUILD)/.packages
	@sh tests/lib/packages.sh $@ $(TEST_PACKAGES)

$(BUILD)/.packages-check: $(BUILD)/.packages-test
	@sh tests/lib/packages.sh $@ $(CHECK_PACKAGES)

$(BUILD)/.packages-real: $(BUILD)/.packages-test
	@sh tests/lib/packages.sh $@ $(REAL_PACKAGES)

$(BUILD)/.packages-bench: $(BUILD)/.packages-test
	@sh tests/lib/packages.sh $@ $(BENCH_PACKAGES)

# ---- compiling and linking ----

# Changes when the flags or the list of objects do, so nothing stale is kept.
SETTINGS = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)
$(BUILD)/.flags: FORCE
	@mkdir -p $(@D); echo '$(SETTINGS)' | cmp -s - $@ || \
		echo '$(SETTINGS)' >$@
$(BUILD)/.objects: FORCE
	@mkdir -p $(@D); echo '$(OBJECTS) $(HARNESS_OBJECTS)' | cmp -s - $@ || \
		echo '$(OBJECTS) $(HARNESS_OBJECTS)' >$@

define compile
	@mkdir -p $(@D)
	@echo "cc   $<"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@
endef

$(BUILD)/%.o: %.c $(BUILD)/.flags | $(BUILD)/.packages
	$(compile)

$(BUILD)/tests/%.o: tests/%.c $(BUILD)/.flags | $(BUILD)/.packages-test
	$(compile)

$(LIBRARY): $(OBJECTS) $(BUILD)/.objects
	@rm -f $@
	@ar rcs $@ $(OBJECTS)

$(HARNESS): $(HARNESS_OBJECTS) $(BUILD)/.objects
	@rm -f $@
	@ar rcs $@ $(HARNESS_OBJECTS)

$(BUILD)/warroom: $(BUILD)/$(MAIN:.c=.o) $(LIBRARY)
	@echo "ld   $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/%_test: $(BUILD)/tests/%_test.o $(HARNESS) $(LIBRARY)
	@echo "ld   $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(BUILD)/tests/%_bench: $(BUILD)/tests/%_bench.o $(HARNESS) $(LIBRARY)
	@echo "ld   $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka -lsqlite3 $(LDLIBS)

$(BUILD)/tests/%_fuzz: $(BUILD)/tests/%_fuzz.o $(LIBRARY)
	@echo "ld   $@"
	@$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ \
		$(LDLIBS)

$(BUILD)/tests/lib/preload_%.so: tests/lib/preload_%.c $(BUILD)/.flags \
		| $(BUILD)/.packages
	@mkdir -p $(@D)
	@echo "cc   $<"
	@$(CC) -std=c17 -D_GNU_SOURCE -O2 -g -Isrc -I. $(WARNINGS) $(WERROR) \
		-fPIC -shared -o $@ $< -ldl

-include $(OBJECTS:.o=.d) $(HARNESS_OBJECTS:.o=.d) $(BUILD)/src/cli/main.d
-include $(wildcard $(BUILD)/tests/*/*.d)
