# SPDX-License-Identifier: GPL-2.0-or-later
plan_OBJS := digest.o phases.o plan.o plan_json.o plan_print.o profile.o profile_check.o \
	profile_find.o profile_keys.o profile_names.o profile_stress_ng.o profile_values.o series.o sha256.o
plan_TESTS := test_digest.o test_phases.o test_plan.o test_print.o test_profile.o \
	test_profile_errors.o test_profile_names.o test_room.o test_series.o test_sha256.o test_stress_ng.o
plan_TEST_ROOMS := base topology plan
plan_TEST_LIBS := JSON INIH GSL
