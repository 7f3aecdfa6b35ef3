"""LightGBM's own C++ predictor, a row a call and all rows in one, for the benchmark beside this file.

    python predict_rows.py MODEL.txt ROWS FEATURES PASSES

ROWS holds doubles, row after row. Prints microseconds of processor a row, and the raw margins as hex doubles. The calls go
through ctypes, and what a call without work costs there is told beside them.
"""
import ctypes
import json
import sys
import time

import lightgbm
import numpy

path, rows_path, features, passes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
rows = numpy.fromfile(rows_path, dtype=numpy.float64).reshape(-1, features)
booster = lightgbm.Booster(model_file=path)
library = lightgbm.basic._LIB
handle = booster._handle if hasattr(booster, '_handle') else booster.handle
RAW_SCORE, FLOAT64 = 1, 1
PARAMETER = b'num_threads=1'


def checked(code):
    if code != 0:
        raise RuntimeError(library.LGBM_GetLastError())


def micros_a_row(work):
    started = time.process_time()
    for _ in range(passes):
        work()
    return (time.process_time() - started) * 1e6 / (passes * len(rows))


fast = ctypes.c_void_p()
checked(library.LGBM_BoosterPredictForMatSingleRowFastInit(
    handle, ctypes.c_int(RAW_SCORE), ctypes.c_int(0), ctypes.c_int(-1), ctypes.c_int(FLOAT64), ctypes.c_int32(features), ctypes.c_char_p(PARAMETER), ctypes.byref(fast)))
predict = library.LGBM_BoosterPredictForMatSingleRowFast
length, result = ctypes.c_int64(), ctypes.c_double()
length_at, result_at = ctypes.byref(length), ctypes.byref(result)
addresses = [ctypes.c_void_p(rows.ctypes.data + i * features * 8) for i in range(len(rows))]
many = numpy.zeros(len(rows))
many_length = ctypes.c_int64()


def single():
    for address in addresses:
        predict(fast, address, length_at, result_at)


def nothing():
    for address in addresses:
        library.LGBM_GetMaxThreads(length_at)


def bulk():
    checked(library.LGBM_BoosterPredictForMat(
        handle, ctypes.c_void_p(rows.ctypes.data), ctypes.c_int(FLOAT64), ctypes.c_int32(len(rows)), ctypes.c_int32(features), ctypes.c_int(1),
        ctypes.c_int(RAW_SCORE), ctypes.c_int(0), ctypes.c_int(-1), ctypes.c_char_p(PARAMETER), ctypes.byref(many_length), many.ctypes.data_as(ctypes.c_void_p)))


margins = []
for address in addresses:
    checked(predict(fast, address, length_at, result_at))
    margins.append(result.value)
figures = {'version': lightgbm.__version__, 'singleMicros': micros_a_row(single), 'callMicros': micros_a_row(nothing), 'bulkMicros': micros_a_row(bulk)}
print(json.dumps({**figures, 'margins': numpy.array(margins).tobytes().hex()}))
