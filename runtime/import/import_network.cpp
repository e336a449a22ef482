// import_network: (1) read and parse the file but for its weights, (2) find what its names mean, (3) make
// inputs and declared weights, (4) import node by node, (5) collect the outputs. Every failure leaves as one
// UserError line.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <climits>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <set>

#include "isa/kit/sha256.h"
#include "runtime/graph/prune.h"
#include "runtime/graph/shape_text.h"
#include "runtime/import/file/declared_shape.h"
#include "runtime/import/file/file_skeleton.h"
#include "runtime/import/file/inline_functions.h"
#include "runtime/import/file/limits.h"
#include "runtime/import/file/network_file.h"
#include "runtime/import/file/printable.h"
#include "runtime/import/import.h"
#include "runtime/import/operators/node_import.h"
#include "runtime/import/operators/operator_forms.h"
#include "runtime/import/operators/operator_table.h"
#include "runtime/import/operators/operators.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace importing {
namespace {

// An ONNX file begins with field 1 (ir_version), a small number.
bool begins_like_onnx(const std::string& bytes) {
  return bytes.size() >= 2 && bytes[0] == 0x08 && bytes[1] > 0 && bytes[1] < 0x40;
}

void parse(const std::string& bytes, onnx::ModelProto& model) {
  google::protobuf::LogSilencer silencer;
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetTotalBytesLimit(INT_MAX);
  const bool whole = model.ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage();
  if (!whole && begins_like_onnx(bytes))
    refuse("the file is truncated or damaged: it begins as ONNX but does not end as such");
  if (!whole || !model.has_graph() || !model.has_ir_version()) refuse("the file is not an ONNX network");
  if (model.graph().node_size() == 0) refuse("the network has no operators");
}

int64_t read_opset(const onnx::ModelProto& model) {
  std::optional<int64_t> opset;
  for (const auto& import : model.opset_import()) {
    if (import.domain().empty() || import.domain() == "ai.onnx") {
      if (opset) refuse("the ONNX operator set is declared twice");
      opset = import.version();
    }
  }
  if (!opset) refuse("the file declares no ONNX operator set (opset_import)");
  if (*opset < 1 || *opset > INT_MAX)
    refuse("the file uses opset " + std::to_string(*opset) + "; expected 1 or more");
  return *opset;
}

void refuse_unsupported(const onnx::GraphProto& graph, const FileStructure& structure) {
  std::set<std::string> others;
  std::string first;
  for (int index : structure.order) {
    const auto& node = graph.node(index);
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    if (standard && find_operator(node.op_type())) continue;
    const std::string op = (standard ? "" : node.domain() + ".") + node.op_type();
    if (first.empty()) {
      const std::string near = standard ? nearest_operator(node.op_type()) : "";
      first = node_text(structure.node_names[index], op) + ": operator " + op + " is not supported" +
              (near.empty() ? "" : " (the nearest is " + near + ")");
      others.insert(op);
    } else if (others.size() < 8 && others.insert(op).second) {
      first += (others.size() == 2 ? "; nor are " : ", ") + op;
    }
  }
  if (!first.empty()) {
    refuse(first +
           "; 'mmasim describe operators' lists those that are, 'mmasim check' what else is in the way");
  }
}

class NetworkImport {
 public:
  NetworkImport(const std::string& path, const ImportOptions& options, const onnx::ModelProto& model,
                std::unordered_map<const onnx::TensorProto*, TensorBytes> raw_data)
      : file_(model.graph()) {
    state_.raw_data = std::move(raw_data);
    state_.path = path;
    state_.options = options;
    state_.opset = read_opset(model);
    outputs_ = options.outputs.empty() ? output_names(file_) : options.outputs;
    state_.structure = analyse(file_, outputs_);
    state_.graph.name = std::filesystem::path(path).stem().string();
    state_.graph.operator_count = static_cast<uint64_t>(file_.node_size());
  }

  Graph run() {
    refuse_unsupported(file_, state_.structure);
    declare();
    for (int index : state_.structure.order) import_node(index);
    for (const auto& name : outputs_) add_output(name);
    prune(state_.graph);
    return std::move(state_.graph);
  }

  // Imports what can be, and tells of everything that cannot.
  NetworkReading read_nodes() {
    declare();
    NetworkReading read;
    const auto declared = declared_results(file_);
    // Results that there are none of; of these, those whose shapes nobody says; tensors before them.
    std::set<std::string> missing, unknown, cut;
    for (int index : state_.structure.order) {
      const onnx::NodeProto& node = file_.node(index);
      read.nodes.push_back(reading_of(index, unknown));
      if (read.nodes.back().fault.empty() && !needs_any_of(node, missing)) continue;
      missing.insert(node.output().begin(), node.output().end());
      if (read.nodes.back().fault.empty()) continue;
      cut.insert(node.input().begin(), node.input().end());
      for (const auto& name : node.output())
        if (!assume(name, declared)) unknown.insert(name);
    }
    if (missing.empty()) return read;
    cut.insert(outputs_.begin(), outputs_.end());
    for (const auto& name : cut) {
      if (!missing.count(name) && is_result(name)) read.cut.push_back(name);
    }
    return read;
  }

 private:
  static const onnx::TypeProto::Tensor& tensor_type(const onnx::ValueInfoProto& value) {
    const std::string what = "input '" + value.name() + "'";
    if (!value.type().has_tensor_type() || !value.type().tensor_type().has_shape())
      refuse(what + " declares no shape");
    const auto& type = value.type().tensor_type();
    const int element = type.elem_type();
    if (element != onnx::TensorProto::FLOAT && element != onnx::TensorProto::FLOAT16 &&
        element != onnx::TensorProto::DOUBLE && element != onnx::TensorProto::BFLOAT16) {
      refuse(what + " has element type " +
             (onnx::TensorProto::DataType_IsValid(element)
                  ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(element))
                  : std::to_string(element)) +
             "; expected FLOAT, FLOAT16, BFLOAT16 or DOUBLE");
    }
    return type;
  }

  void declare() {
    const auto& inputs = state_.structure.inputs;
    for (const auto& given : state_.options.shapes) {
      if (std::none_of(inputs.begin(), inputs.end(),
                       [&](const auto* input) { return input->name() == given.first; }))
        refuse("a shape is given for '" + given.first + "', which is no input of the network");
    }
    for (const auto* input : state_.structure.inputs) add_input(*input);
    for (const auto* weights : state_.structure.declared_weights) declare_weights(*weights);
  }

  static bool needs_any_of(const onnx::NodeProto& node, const std::set<std::string>& names) {
    return std::any_of(node.input().begin(), node.input().end(),
                       [&](const auto& name) { return names.count(name) != 0; });
  }

  // Takes a result that cannot be computed as computed, so that what stands behind it is looked at, too.
  bool assume(const std::string& name, const std::unordered_map<std::string, Shape>& declared) {
    const auto found = declared.find(name);
    if (found == declared.end()) return false;
    state_.values[name] = {nullptr, state_.add_tensor(name, found->second)};
    return true;
  }

  NodeReading reading_of(int index, const std::set<std::string>& unknown) {
    const onnx::NodeProto& node = file_.node(index);
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    NodeReading reading{state_.structure.node_names[index],
                        (standard ? "" : node.domain() + ".") + node.op_type(),
                        {},
                        needs_any_of(node, unknown)};
    try {
      if (!standard || !find_operator(node.op_type())) refuse("operator " + reading.op + " is not supported");
      if (reading.is_behind) refuse("behind what cannot run");
      read_node(index);
    } catch (const std::invalid_argument& reason) {
      reading.fault = made_printable(reason.what());
    }
    return reading;
  }

  // Something computed from inputs, which a network may end with.
  bool is_result(const std::string& name) const {
    const auto found = state_.values.find(name);
    if (found == state_.values.end() || found->second.constant) return false;
    const auto& inputs = state_.graph.inputs;
    return std::find(inputs.begin(), inputs.end(), found->second.tensor) == inputs.end();
  }

  // The first axis is the batch: free or 1 in the file, any number in a run.
  int64_t batch_of(const onnx::TensorShapeProto::Dimension& dimension, const std::string& what) const {
    const int64_t asked = state_.options.batch;
    if (asked < 0) refuse("a batch of " + std::to_string(asked) + " was asked for; expected 1 or more");
    if (is_open(dimension)) return asked == 0 ? 1 : asked;
    const int64_t declared = dimension.dim_value();
    if (asked == 0 || asked == declared) return declared;
    if (declared == 1) return asked;
    refuse(what + " has a fixed batch of " + std::to_string(declared) + "; a batch of " +
           std::to_string(asked) + " was asked for");
  }

  void add_input(const onnx::ValueInfoProto& value) {
    const std::string what = "input '" + value.name() + "'";
    const auto& declared = tensor_type(value).shape();
    const auto given = state_.options.shapes.find(value.name());
    const bool is_given = given != state_.options.shapes.end();
    if (is_given) check_given_shape(declared, given->second, what);
    Shape shape;
    for (int d = 0; d < declared.dim_size(); ++d) {
      const auto& dimension = declared.dim(d);
      if (is_given && !(d == 0 && state_.options.batch > 1)) {
        shape.push_back(given->second[d]);
      } else if (d == 0) {
        shape.push_back(batch_of(dimension, what));
      } else if (is_open(dimension)) {
        refuse(what + ": dimension " + std::to_string(d) + " is not fixed; say what it is, e.g. " +
               shape_option(value));
      } else {
        shape.push_back(dimension.dim_value());
      }
    }
    if (shape.empty()) refuse(what + " has no dimensions; expected at least 1");
    checked_elements(shape, what);
    const TensorId tensor = state_.add_tensor(value.name(), shape);
    state_.graph.inputs.push_back(tensor);
    state_.values[value.name()] = {nullptr, tensor};
  }

  void declare_weights(const onnx::ValueInfoProto& value) {
    Shape shape;
    for (const auto& dimension : tensor_type(value).shape().dim()) {
      if (is_open(dimension)) refuse("weights '" + value.name() + "' are declared with an open dimension");
      shape.push_back(dimension.dim_value());
    }
    checked_elements(shape, "weights '" + value.name() + "'");
    state_.values[value.name()] = {declare_reals(value.name(), shape), 0};
  }

  void import_node(int index) {
    try {
      read_node(index);
    } catch (const std::invalid_argument& fault) {
      refuse(node_text(state_.structure.node_names[index], file_.node(index).op_type()) + ": " +
             fault.what());
    }
  }

  void read_node(int index) {
    const onnx::NodeProto& proto = file_.node(index);
    NodeImport node(state_, proto, state_.structure.node_names[index]);
    check_form(proto, state_.opset);
    if (node.output_name(0).empty()) refuse("its first output has no name");
    if ((node.all_constant() || proto.op_type() == "Shape") && fold(node)) return;
    const OperatorEntry* entry = find_operator(proto.op_type());
    if (!entry->import) refuse("only supported where all inputs are constants");
    entry->import(node);
  }

  void add_output(const std::string& name) {
    const Value& value = state_.value(name);
    if (value.constant) refuse("output '" + name + "' of the network is a constant");
    for (TensorId input : state_.graph.inputs) {
      if (input == value.tensor) refuse("output '" + name + "' of the network is an input");
    }
    state_.graph.outputs.push_back(value.tensor);
  }

  const onnx::GraphProto& file_;
  std::vector<std::string> outputs_;
  ImportState state_;
};

std::string hash_of(const RegularFile& file) {
  constexpr uint64_t kPieceBytes = 256 * 1024;
  Sha256 sum;
  std::string piece(std::min(kPieceBytes, file.size_bytes()), '\0');
  for (uint64_t at = 0; at < file.size_bytes(); at += piece.size()) {
    piece.resize(std::min(kPieceBytes, file.size_bytes() - at));
    file.read(at, piece.size(), piece.data());
    sum.add(piece);
  }
  return sum.finish();
}

using RawData = std::unordered_map<const onnx::TensorProto*, TensorBytes>;

RawData find_raw_data(const FilePtr& file, const onnx::ModelProto& model, const FileSkeleton& skeleton) {
  RawData raw_data;
  for (size_t i = 0; i < skeleton.raw_data.size(); ++i) {
    const FilePart& part = skeleton.raw_data[i];
    if (part.bytes == 0) continue;
    raw_data.emplace(&model.graph().initializer(static_cast<int>(i)),
                     TensorBytes(file, part.offset_bytes, part.bytes));
  }
  return raw_data;
}

// Calls work(); what it throws leaves as one line that begins with the path.
template <class Work>
auto told_as_user_error(const std::string& path, const Work& work) {
  try {
    return work();
  } catch (const std::invalid_argument& fault) {
    throw UserError(path + ": " + made_printable(fault.what()));
  } catch (const std::bad_alloc&) {
    throw UserError(path + ": the network needs more memory than there is");
  } catch (const google::protobuf::FatalException& fault) {
    throw UserError(path + ": the file is damaged: " + made_printable(fault.what()));
  }
}

}  // namespace
}  // namespace importing

struct ParsedNetwork::Content {
  std::string sha256;
  onnx::ModelProto model;  // but for the weights' bytes
  importing::RawData raw_data;

  explicit Content(const std::string& path) {
    const importing::FilePtr file = importing::open_network_file(path);
    sha256 = importing::hash_of(*file);
    importing::FileSkeleton skeleton = importing::read_skeleton(*file);
    importing::parse(skeleton.bytes, model);
    std::string().swap(skeleton.bytes);
    importing::inline_functions(model);
    raw_data = importing::find_raw_data(file, model, skeleton);
  }
};

ParsedNetwork::ParsedNetwork(const std::string& path)
    : path_(path),
      content_(importing::told_as_user_error(path, [&] { return std::make_unique<const Content>(path); })) {}
ParsedNetwork::~ParsedNetwork() = default;

const std::string& ParsedNetwork::sha256() const { return content_->sha256; }

std::vector<std::string> ParsedNetwork::declared_inputs() const {
  const onnx::GraphProto& graph = content_->model.graph();
  std::set<std::string> valued;
  for (const auto& initializer : graph.initializer()) valued.insert(initializer.name());
  std::vector<std::string> names;
  for (const auto& input : graph.input())
    if (valued.count(input.name()) == 0) names.push_back(input.name());
  return names;
}

Graph ParsedNetwork::build(const ImportOptions& options) const {
  return importing::told_as_user_error(path_, [&] {
    return importing::NetworkImport(path_, options, content_->model, content_->raw_data).run();
  });
}

NetworkReading ParsedNetwork::read_nodes(const ImportOptions& options) const {
  return importing::told_as_user_error(path_, [&] {
    return importing::NetworkImport(path_, options, content_->model, content_->raw_data).read_nodes();
  });
}

std::vector<std::string> ParsedNetwork::warnings() const {
  return importing::told_as_user_error(path_, [&] {
    std::vector<std::string> said;
    const int64_t opset = importing::read_opset(content_->model);
    if (opset > importing::kLastKnownOpset) {
      said.push_back("opset " + std::to_string(opset) + " is read by the definitions of opset " +
                     std::to_string(importing::kLastKnownOpset));
    }
    return said;
  });
}

ImportedNetwork import_network(const std::string& path, const ImportOptions& options) {
  const ParsedNetwork parsed(path);
  return {parsed.build(options), parsed.sha256()};
}

}  // namespace mmasim::runtime
