# SPDX-License-Identifier: GPL-2.0-or-later
observe_OBJS := ability.o bpf.o bpf_text.o cause_evidence.o cause_hooks.o cause_look.o cause_parts.o cause_programs.o causes.o checkup_counting.o checkup_kernel.o cpu_list.o fingerprint.o host.o kmsg.o kmsg_classify.o kmsg_details.o \
	kmsg_frames.o kmsg_headers.o kmsg_hz.o kmsg_kinds.o kmsg_page.o kmsg_parse.o kmsg_same.o kmsg_trace.o \
	holder_evidence.o holders.o log_fold.o log_journal.o log_line.o log_prefix.o log_reader.o \
	observer.o perf_count.o \
	probes.o source_hist.o source_perf.o source_tracepoint.o source_vmstat.o stale.o stuck.o stuck_watch.o symbols.o \
	trace_text.o tracing.o virtualisation.o vmstat.o witness.o
observe_TESTS := test_observe.o test_bpf_machine.o test_cause_evidence.o test_causes.o test_causes_rare.o test_findings.o test_kmsg_details.o test_kmsg_headers.o test_kmsg_trace.o test_log_forms.o \
	test_log_fold.o test_ability.o test_fingerprint.o test_holders.o test_host.o test_kmsg_classify.o test_kmsg_parse.o \
	test_kmsg_reader.o test_observer.o test_perf_count.o test_stuck.o test_stuck_watch.o test_text.o test_witness.o
observe_TEST_ROOMS := base observe
observe_TEST_OBJS := $(base_TEST_TREE)
observe_TEST_LIBS := JSON TRACEFS THREADS

# For a guest: the sources of counts on a real kernel.
$(BUILD)/test/guest/observer_check: $(BUILD)/obj/harness/tests/guest/observer_check.o \
		$(addprefix $(BUILD)/obj/harness/observe/,$(observe_OBJS)) \
		$(addprefix $(BUILD)/obj/harness/base/,$(base_OBJS))
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_TRACEFS) $(LIBS_JSON) $(LIBS_THREADS) $(LIBS_MATH)
