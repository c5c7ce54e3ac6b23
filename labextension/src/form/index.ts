/** Forms of the resources, rendered from the backend's own definitions. */

export { BatchInferenceForm, IBatchInferenceFormProps } from './BatchInferenceForm';
export { EndpointForm, IEndpointFormProps } from './EndpointForm';
export { ExperimentForm, IExperimentFormProps } from './ExperimentForm';
export { FlavorChange } from './FlavorChange';
export { INotebookFormProps, NotebookForm } from './NotebookForm';
export { IPrivateImageFormProps, PrivateImageForm } from './PrivateImageForm';
export { IRegistryAccountFormProps, RegistryAccountForm } from './RegistryAccountForm';
export { IModelFormProps, ModelForm } from './ModelForm';
export { IStageResourceFormProps, StageResourceForm } from './StageResourceForm';
export { ITemplateFormProps, TemplateForm } from './TemplateForm';
export { ITuningFormProps, TuningForm } from './TuningForm';
export { ITrainingFormProps, TrainingForm } from './TrainingForm';
