#include "traces/file/reader.h"

#include <istream>

#include "traces/file/csv_reader.h"
#include "traces/file/json_reader.h"
#include "traces/file/text_source.h"

namespace mmasim::traces {

TraceContents read_trace(const std::string& path, const RecordVisitor& visitor) {
  TextSource source(path);
  std::istream stream(&source);
  stream.exceptions(std::ios::badbit);  // what the source throws passes through
  stream >> std::ws;
  const int first = stream.peek();
  if (first == '$') source.refuse("a VCD is for viewers; give the run's trace.json or trace.csv");
  return first == '{' ? read_json_trace(source, stream, visitor) : read_csv_trace(source, stream, visitor);
}

}  // namespace mmasim::traces
