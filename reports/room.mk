# SPDX-License-Identifier: GPL-2.0-or-later
reports_OBJS := behaviour.o behaviour_describe.o fold.o fold_callers.o fold_causes.o fold_console.o fold_counts.o fold_document.o fold_findings.o fold_frame.o fold_holders.o fold_move.o \
	fold_offline.o fold_parts.o fold_phases.o fold_soft_offline.o fold_stress_ng.o fold_stuck.o fold_topology.o fold_verdict.o verdict_exercised.o fold_veto.o guest_end.o json_scan.o ratio.o report.o report_text.o report_text_load.o report_text_log.o report_text_run.o \
	$(addprefix scenarios/,alloc_locked.o mlock_drain.o notifier_veto.o pins.o reclaim_wake.o scenarios.o soft_offline.o waiter_ref.o) \
	run_file.o run_folder.o schema.o schema_texts.o tally.o totals.o totals_parts.o totals_tables.o totals_value.o touching.o unmeasured.o validate.o verdict.o verdict_log.o
reports_TESTS := test_behaviour.o test_books.o test_fold_console.o test_fold_counts.o test_fold_frame.o test_fold_move.o test_fold_offline.o \
	test_fold_phases.o test_fold_stress_ng.o test_fold_stuck.o test_fold_topology.o test_hostile.o test_look.o test_pins.o test_ratio.o \
	test_report_file.o test_rig.o test_run_file.o test_scenario_alloc_locked.o test_scenario_mlock.o test_scenario_reclaim_wake.o \
	test_scenario_soft_offline.o test_scenarios.o test_tally.o test_torn.o test_totals.o test_validate.o test_verdict.o test_verdict_log.o \
	test_verdict_runs.o
reports_TEST_ROOMS := base reports
# Of the record room only what reads journals: the rest would bring half the house with it.
reports_TEST_OBJS := $(addprefix harness/record/,$(record_READ_OBJS))
reports_TEST_LIBS := JSON GSL

$(BUILD)/obj/reports/schema_texts.o: reports/schema_texts.S $(wildcard reports/schema/*.json)
	@mkdir -p $(@D)
	@echo "  AS    $<"
	$(Q)$(CC) $(CPPFLAGS) -Wa,-Ireports -c -o $@ $<
