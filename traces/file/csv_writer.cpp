#include "traces/file/csv_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace mmasim::traces {
namespace {

constexpr uint64_t kTailBytes = 256;
constexpr const char* kFirstColumns = "core,unit,channel,layer,tile,kind,start_cycle,end_cycle,bytes,cause";

// As RFC 4180 has it; a line break would need readers that know of them.
std::string csv_quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c == '\n' || c == '\r' ? ' ' : c;
  }
  return quoted + '"';
}

bool is_column(const RecordField& field) { return std::string_view(field.name) == "channel"; }

class CsvWriter : public Writer {
 public:
  CsvWriter(std::unique_ptr<TextFile> file, const RunFacts& facts, uint64_t limit_bytes)
      : file_(std::move(file)), limit_bytes_(limit_bytes) {
    for (const auto& layer : facts.layers) layers_.push_back(csv_quoted(layer));
    if (layers_.empty()) layers_.emplace_back();
    std::string header;
    for (const auto& column : csv_columns()) header += (header.empty() ? "" : ",") + column;
    file_->write(header + "\n");
  }

  void write(const Record& record) override {
    if (!is_truncated()) append(record);
  }
  void write(const Sample&) override {}  // follow from the rows

  void end() override {
    if (is_truncated()) {
      const std::string rest(csv_columns().size() - 8, ',');  // behind end_cycle nothing
      file_->write(
          fmt::format(",,,,,{},{},{}{}\n", kTruncatedKind, truncated_cycle(), truncated_cycle(), rest));
    }
    file_->close();
  }

 private:
  void append(const Record& record) {
    const Event& event = record.event;
    row_.clear();
    auto out = std::back_inserter(row_);
    fmt::format_to(out, FMT_COMPILE("{},{},"), event.core, unit_of(event.kind));
    if (has_channel(event.kind)) fmt::format_to(out, FMT_COMPILE("{}"), event.channel);
    fmt::format_to(out, FMT_COMPILE(",{},{},{},{},{},{},{}"), layers_.at(event.layer), record.tile,
                   name_of(event.kind), event.begin, event.end, bytes_of(event), name_of(event.cause));
    for (const RecordField& field : kFields) {
      if (is_column(field)) continue;
      row_.push_back(',');
      if (const uint64_t value = field.get(record); value != 0) fmt::format_to(out, FMT_COMPILE("{}"), value);
    }
    row_.push_back('\n');
    if (limit_bytes_ != 0 && file_->text_bytes() + row_.size() + kTailBytes > limit_bytes_)
      return truncate(event.begin);
    file_->write({row_.data(), row_.size()});
  }

  const std::unique_ptr<TextFile> file_;
  const uint64_t limit_bytes_;
  std::vector<std::string> layers_;  // quoted
  fmt::memory_buffer row_;
};

}  // namespace

std::vector<std::string> csv_columns() {
  std::vector<std::string> columns;
  std::string_view rest = kFirstColumns;
  for (size_t comma = rest.find(','); comma != rest.npos; comma = rest.find(',')) {
    columns.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(comma + 1);
  }
  columns.emplace_back(rest);
  for (const RecordField& field : kFields)
    if (!is_column(field)) columns.emplace_back(field.name);
  return columns;
}

std::unique_ptr<Writer> make_csv_writer(std::unique_ptr<TextFile> file, const RunFacts& facts,
                                        uint64_t limit_bytes) {
  return std::make_unique<CsvWriter>(std::move(file), facts, limit_bytes);
}

}  // namespace mmasim::traces
